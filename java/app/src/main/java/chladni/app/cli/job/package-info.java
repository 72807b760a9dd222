/**
 * The work behind the commands: checks what is there, opens a backend, hands the rest to the rooms
 * of sound2image, and says what it did.
 */
package chladni.app.cli.job;
