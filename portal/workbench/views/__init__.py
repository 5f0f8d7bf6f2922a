"""Views of the workbench, one module for each journey."""
