"""告知承诺 and 容缺: what was undertaken, the follow-up check, and breaches."""
