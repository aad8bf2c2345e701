"""What rendered files say, read back line by line and compared with the plan."""
