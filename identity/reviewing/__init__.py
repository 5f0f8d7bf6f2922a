"""What one person writes and a second one reviews (两人审核): its states, records, steps and refusals."""
