"""The wallet: showing and sharing certificates, who used them, reminders before they end, errors on them."""
