"""一件事: items that belong to one event of life, asked once and planned together (国发〔2024〕3号)."""
