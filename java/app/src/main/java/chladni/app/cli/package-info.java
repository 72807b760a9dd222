/**
 * The command line: one file per command, which turns options into a request and hands it to a room
 * further left. What all commands share (configuration file, errors, exit codes) is here too.
 */
package chladni.app.cli;
