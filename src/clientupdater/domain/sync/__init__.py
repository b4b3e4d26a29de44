"""The rules of syncing: pure functions on values (Y1-Y11, C1, C2, T2).

Tests compare the set-based SQL for half a million clients with these functions.
"""
