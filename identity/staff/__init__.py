"""Staff: places, accounts, the posts people hold, substitutes, and the spreadsheets they come from."""
