/** How a long job shows that it lives. */
package chladni.app.cli.progress;
