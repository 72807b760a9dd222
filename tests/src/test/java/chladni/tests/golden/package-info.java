/** Chladni held against PyTorch: what tests/golden stores, rebuilt and compared. */
package chladni.tests.golden;
