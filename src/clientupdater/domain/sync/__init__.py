"""Taking over what the sources know: pure functions on values (Y1-Y11, C1, C2, T2).

The set-based SQL that does the same for half a million clients is checked against these.
"""
