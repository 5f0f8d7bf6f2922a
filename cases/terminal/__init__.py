"""自助终端: machines of a hall where people sign in by card and a second proof, print, scan and take tickets."""
