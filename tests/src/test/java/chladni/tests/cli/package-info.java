/** Options, configuration, exit codes, messages, and the launcher that starts it all. */
package chladni.tests.cli;
