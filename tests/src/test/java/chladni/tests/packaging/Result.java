package chladni.tests.packaging;

/** What a finished child process left. */
record Result(int exit, String output, String error) {}
