/** Runs that are killed, refused by the disk, moved or replayed, held to the bits of one that was not. */
package chladni.tests.exact;
