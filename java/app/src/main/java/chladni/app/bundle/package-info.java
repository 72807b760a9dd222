/** One archive of all that a GPU host needs beside its driver and the libraries of CUDA. */
package chladni.app.bundle;
