"""法人和其他组织: binding by the legal representative, the register's word, and what an ended one may still do."""
