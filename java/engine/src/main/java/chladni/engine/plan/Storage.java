package chladni.engine.plan;

import chladni.engine.graph.Node;

/** Where kernels find materialised nodes. */
interface Storage {
  /** The buffer that holds a node, or null where it is computed on the way. */
  Buffer home(Node node);

  /** The row-major copy of a node whose home is packed. */
  Buffer unpacked(Node node);
}
