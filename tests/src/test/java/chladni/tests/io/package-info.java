/** Files are complete or absent, and a damaged one is refused by name. */
package chladni.tests.io;
