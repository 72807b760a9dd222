/**
 * An engine for neural networks. What this module exports is its interface, kept compatible from
 * version to version but for what is marked {@link chladni.engine.api.Experimental}; the planner,
 * the memory and the backends behind {@code chladni.engine.backend} are its own business.
 */
module chladni.engine {
  exports chladni.engine;
  exports chladni.engine.api;
  exports chladni.engine.autodiff;
  exports chladni.engine.backend;
  exports chladni.engine.error;
  exports chladni.engine.graph;
  exports chladni.engine.io;
  exports chladni.engine.loss;
  exports chladni.engine.nn;
  exports chladni.engine.optim;

  uses chladni.engine.backend.BackendProvider;

  // Beside META-INF/services, which says the same to a class path.
  provides chladni.engine.backend.BackendProvider with
      chladni.engine.backend.cpu.CpuProvider,
      chladni.engine.backend.reference.ReferenceProvider;
}
