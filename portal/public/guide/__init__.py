"""What the guide page of an item says, part by part."""
