package chladni.cuda;

import static jcuda.jcudnn.cudnnBackendAttributeName.*;
import static jcuda.jcudnn.cudnnBackendDescriptorType.*;

import chladni.engine.graph.Shape;
import chladni.engine.graph.Window;
import chladni.engine.plan.Format;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import jcuda.jcudnn.cudnnBackendAttributeType;
import jcuda.jcudnn.cudnnConvolutionMode;
import jcuda.jcudnn.cudnnDataType;
import jcuda.jcudnn.cudnnNanPropagation;
import jcuda.jcudnn.cudnnPointwiseMode;
import jcuda.jcudnn.cudnnReduceTensorOp;

/** A convolution and what follows on its result as descriptors of cuDNN's graph API. */
final class ConvolutionGraph {
  private static final int ALIGNMENT = 16;

  // The ids of tensors, in the order of a variant pack; then those of operands of stages.
  private static final long LARGE = 1;
  private static final long SMALL = 2;
  private static final long WEIGHT = 3;
  private static final long OPERANDS = 4;

  /** CUDNN_ATTR_REDUCTION_IS_DETERMINISTIC of cuDNN 9.11, newer than the Java constants. */
  private static final int REDUCTION_IS_DETERMINISTIC = 1602;

  /** The ids of values that exist only between two operations. */
  private static final long VIRTUAL = 100;

  private final CudnnDescriptor.Values values;
  private final long handle;
  private final List<CudnnDescriptor> owned;

  /**
   * @param handle the address of the library's handle
   * @param owned gets every descriptor that is made here
   */
  ConvolutionGraph(CudnnDescriptor.Values values, long handle, List<CudnnDescriptor> owned) {
    this.values = values;
    this.handle = handle;
    this.owned = owned;
  }

  /** Which of the three tensors is the result. */
  enum Direction {
    FORWARD(
        CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
        CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
        CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
        CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
        CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y),
    DATA(
        CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY),
    WEIGHT(
        CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY);

    private final int descriptor;
    private final int alpha;
    private final int weight;
    private final int large;
    private final int small;

    Direction(int descriptor, int alpha, int weight, int large, int small) {
      this.descriptor = descriptor;
      this.alpha = alpha;
      this.weight = weight;
      this.large = large;
      this.small = small;
    }
  }

  /**
   * A convolution whose sums are in 32 bits.
   *
   * @param large extents and strides of (N, C, H, W)
   * @param small of (N, O, oH, oW)
   * @param weight of (O, C / groups, kH, kW)
   * @param stages what follows on its result before it is stored
   * @param sums whether that is also summed over all but its channels
   */
  record Problem(
      Direction direction,
      Strided large,
      Strided small,
      Strided weight,
      Window window,
      List<Stage> stages,
      boolean sums) {
    Problem withSums() {
      return new Problem(direction, large, small, weight, window, stages, true);
    }

    private Strided ofSums() {
      return Strided.perChannel(result().dims()[1], Format.SINGLE);
    }

    private Strided result() {
      return switch (direction) {
        case FORWARD -> small;
        case DATA -> large;
        case WEIGHT -> weight;
      };
    }
  }

  /**
   * What follows on each element of the result, in 32 bits.
   *
   * @param mode a constant of cudnnPointwiseMode
   * @param slope of a ReLU below 0; else 0
   * @param operand of the modes that have one, which repeats along axes of extent 1; else null
   */
  record Stage(int mode, double slope, Strided operand) {
    /**
     * The value as it is, by CUDNN_POINTWISE_IDENTITY, which the Java constants are too old to
     * know. What it is for: engines that cuDNN compiles when a plan is made store their result in
     * any format and with any strides, and it asks these alone when something follows.
     */
    static final Stage IDENTITY = new Stage(21, 0, null);
  }

  /** Logical extents in the order of NCHW, and how far apart neighbours lie, in elements. */
  record Strided(long[] dims, long[] strides, Format format) {
    /** One element for each channel. */
    static Strided perChannel(long channels, Format format) {
      long[] strides = {channels, 1, channels, channels};
      return new Strided(new long[] {1, channels, 1, 1}, strides, format);
    }

    /** A dense tensor of rank 4 with its channels innermost. */
    static Strided channelsLast(Shape s, Format format) {
      long[] dims = {s.dim(0), s.dim(1), s.dim(2), s.dim(3)};
      return new Strided(dims, ChannelOrder.strides(s, true), format);
    }
  }

  /** The ids of so many tensors of a variant pack. */
  static long[] ids(int count) {
    return LongStream.rangeClosed(LARGE, count).toArray();
  }

  CudnnDescriptor of(Problem p) {
    List<CudnnDescriptor> operations = new ArrayList<>();
    int stages = p.stages().size();
    CudnnDescriptor result = result(p, 0);
    operations.add(convolution(p, result));
    long operand = OPERANDS;
    for (int i = 0; i < stages; i++) {
      Stage stage = p.stages().get(i);
      CudnnDescriptor next = result(p, i + 1);
      CudnnDescriptor operation =
          own(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR)
              .descriptor(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, pointwise(stage))
              .descriptor(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, result)
              .descriptor(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, next);
      if (stage.operand() != null) {
        operation.descriptor(
            CUDNN_ATTR_OPERATION_POINTWISE_BDESC, tensor(operand++, stage.operand(), false));
      }
      operations.add(operation.finish());
      result = next;
    }
    if (p.sums()) {
      operations.add(sums(result, tensor(operand, p.ofSums(), false)));
    }
    return own(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR)
        .addresses(
            CUDNN_ATTR_OPERATIONGRAPH_HANDLE,
            cudnnBackendAttributeType.CUDNN_TYPE_HANDLE,
            handle)
        .descriptors(CUDNN_ATTR_OPERATIONGRAPH_OPS, operations)
        .finish();
  }

  /** The result after so many stages: after the last one in memory, before only a value. */
  private CudnnDescriptor result(Problem p, int stages) {
    Strided t = p.result();
    if (stages < p.stages().size()) {
      return tensor(VIRTUAL + stages, new Strided(t.dims(), t.strides(), Format.SINGLE), true);
    }
    return tensor(
        switch (p.direction()) {
          case FORWARD -> SMALL;
          case DATA -> LARGE;
          case WEIGHT -> WEIGHT;
        },
        t,
        false);
  }

  /** In an order that is always the same: without that flag no engine says that its is not. */
  private CudnnDescriptor sums(CudnnDescriptor of, CudnnDescriptor sums) {
    CudnnDescriptor reduction =
        own(CUDNN_BACKEND_REDUCTION_DESCRIPTOR)
            .choice(
                CUDNN_ATTR_REDUCTION_OPERATOR,
                cudnnBackendAttributeType.CUDNN_TYPE_REDUCTION_OPERATOR_TYPE,
                cudnnReduceTensorOp.CUDNN_REDUCE_TENSOR_ADD)
            .choice(
                CUDNN_ATTR_REDUCTION_COMP_TYPE,
                cudnnBackendAttributeType.CUDNN_TYPE_DATA_TYPE,
                cudnnDataType.CUDNN_DATA_FLOAT)
            .flag(REDUCTION_IS_DETERMINISTIC, true)
            .finish();
    return own(CUDNN_BACKEND_OPERATION_REDUCTION_DESCRIPTOR)
        .descriptor(CUDNN_ATTR_OPERATION_REDUCTION_XDESC, of)
        .descriptor(CUDNN_ATTR_OPERATION_REDUCTION_YDESC, sums)
        .descriptor(CUDNN_ATTR_OPERATION_REDUCTION_DESC, reduction)
        .finish();
  }

  private CudnnDescriptor convolution(Problem p, CudnnDescriptor result) {
    Window w = p.window();
    Direction d = p.direction();
    CudnnDescriptor convolution =
        own(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR)
            .longs(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, 2)
            .choice(
                CUDNN_ATTR_CONVOLUTION_COMP_TYPE,
                cudnnBackendAttributeType.CUDNN_TYPE_DATA_TYPE,
                cudnnDataType.CUDNN_DATA_FLOAT)
            .choice(
                CUDNN_ATTR_CONVOLUTION_CONV_MODE,
                cudnnBackendAttributeType.CUDNN_TYPE_CONVOLUTION_MODE,
                cudnnConvolutionMode.CUDNN_CROSS_CORRELATION)
            .longs(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, w.padTop(), w.padLeft())
            .longs(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, w.padBottom(), w.padRight())
            .longs(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, w.strideH(), w.strideW())
            .longs(CUDNN_ATTR_CONVOLUTION_DILATIONS, w.dilationH(), w.dilationW())
            .finish();
    CudnnDescriptor large =
        d == Direction.DATA ? result : tensor(LARGE, p.large(), false);
    CudnnDescriptor small =
        d == Direction.FORWARD ? result : tensor(SMALL, p.small(), false);
    CudnnDescriptor weight =
        d == Direction.WEIGHT ? result : tensor(WEIGHT, p.weight(), false);
    // Behind the first attribute of an operation come beta and the convolution.
    return own(d.descriptor)
        .real(d.alpha, 1f)
        .real(d.alpha + 1, 0f)
        .descriptor(d.alpha + 2, convolution)
        .descriptor(d.large, large)
        .descriptor(d.small, small)
        .descriptor(d.weight, weight)
        .finish();
  }

  /** NaN stays NaN: a diverged network shall not look healthy. */
  private CudnnDescriptor pointwise(Stage stage) {
    CudnnDescriptor pointwise =
        own(CUDNN_BACKEND_POINTWISE_DESCRIPTOR)
            .choice(
                CUDNN_ATTR_POINTWISE_MODE,
                cudnnBackendAttributeType.CUDNN_TYPE_POINTWISE_MODE,
                stage.mode())
            .choice(
                CUDNN_ATTR_POINTWISE_MATH_PREC,
                cudnnBackendAttributeType.CUDNN_TYPE_DATA_TYPE,
                cudnnDataType.CUDNN_DATA_FLOAT);
    if (stage.mode() == cudnnPointwiseMode.CUDNN_POINTWISE_RELU_FWD) {
      pointwise
          .choice(
              CUDNN_ATTR_POINTWISE_NAN_PROPAGATION,
              cudnnBackendAttributeType.CUDNN_TYPE_NAN_PROPOGATION,
              cudnnNanPropagation.CUDNN_PROPAGATE_NAN)
          .real(CUDNN_ATTR_POINTWISE_RELU_LOWER_CLIP_SLOPE, stage.slope());
    }
    return pointwise.finish();
  }

  private CudnnDescriptor tensor(long id, Strided t, boolean virtual) {
    return own(CUDNN_BACKEND_TENSOR_DESCRIPTOR)
        .choice(
            CUDNN_ATTR_TENSOR_DATA_TYPE,
            cudnnBackendAttributeType.CUDNN_TYPE_DATA_TYPE,
            switch (t.format()) {
              case SINGLE -> cudnnDataType.CUDNN_DATA_FLOAT;
              case BFLOAT16 -> cudnnDataType.CUDNN_DATA_BFLOAT16;
            })
        .longs(CUDNN_ATTR_TENSOR_DIMENSIONS, t.dims())
        .longs(CUDNN_ATTR_TENSOR_STRIDES, t.strides())
        .longs(CUDNN_ATTR_TENSOR_UNIQUE_ID, id)
        .longs(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, ALIGNMENT)
        .flag(CUDNN_ATTR_TENSOR_IS_VIRTUAL, virtual)
        .finish();
  }

  private CudnnDescriptor own(int kind) {
    CudnnDescriptor d = new CudnnDescriptor(values, kind);
    owned.add(d);
    return d;
  }
}
