"""委托和授权: who may act for whom, in what, until when."""
