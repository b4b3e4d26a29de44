"""What a process needs beside the business: children, private files, deadlines, trace context."""
