"""People's rights over their data (个人信息保护法第四十四条至第五十条): copies, corrections, closing an account."""
