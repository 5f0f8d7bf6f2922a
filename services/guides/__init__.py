"""What a guide carries beside the text of its version: files, and windows in halls."""
