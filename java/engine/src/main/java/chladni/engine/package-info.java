/**
 * The door of the engine. Data flows through the rooms in this order: {@code graph} (what to
 * compute), {@code autodiff}, {@code nn}, {@code loss}, {@code optim} (functions that emit nodes),
 * {@code plan} (order, lifetimes, offsets), {@code memory}, {@code backend} (what runs it), {@code
 * io} (files).
 */
package chladni.engine;
