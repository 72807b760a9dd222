/**
 * What this machine has and lacks. Everything is read below a root folder, so that tests can lay
 * out another machine.
 */
package chladni.app.cli.doctor;
