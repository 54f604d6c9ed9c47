"""今日の関所: what was stopped, masked and proved, on one page."""
