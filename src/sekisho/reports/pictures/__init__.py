"""Pictures as SVG text: classes only, every number in words, so one file serves page and PDF."""
