"""整合: the departments' old apps, their functions, the items that take these over, and where old links lead."""
