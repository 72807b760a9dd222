/** What is proven and measured on a GPU host: the parts of run.sh. */
package chladni.gpu;
