"""征求意见: a department asks others about a case, shows them what the question needs, and hears their answers."""
