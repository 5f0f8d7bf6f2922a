"""The front of the 综合窗口 counter: windows of halls, tickets and their line, appointments and slot plans."""
