"""Pages of the self-service terminals in a hall: large, by touch alone, and gone when the person is."""
