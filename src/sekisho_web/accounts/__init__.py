"""Companies, people, posts and IDs: who somebody is, how they prove it, and how both end."""
