#!/usr/bin/env python3
"""PyTorch's pix2pix on a GPU, for the part peers of tests/gpu/run.sh; the networks and the step are
those of pytorch_pix2pix.py.

  --mode eager     as it is usually written: autocast, channels last, cudnn.benchmark, fused Adam
  --mode compiled  torch.compile over both networks, and the whole step, Adam included, as one CUDA
                   graph

Prints one line of key=value with medians of --runs runs. wall_ms: inputs copied from pinned memory,
the step, its losses read, which waits for the device. Of ten runs in a row that nobody waits for,
divided by ten, so that the host's work hides behind the device's where it can: queued_ms by the
host's clock, device_ms by events around them. With --check, the largest difference of its losses in
FP32 from ours.
"""
import argparse
import statistics
import time

import torch

import pytorch_pix2pix as pix2pix

# cudnn.benchmark tries algorithms at the first run of a shape, torch.compile compiles at the first
# two, and the card's clock rises within some tens.
WARM_UP = 30
IN_A_ROW = 10


class Work:
    """A call on the device between static inputs and static outputs, captured or not."""

    def __init__(self, args):
        compiled = args.mode == "compiled"
        if args.work == "step":
            options = {"capturable": True} if compiled else {}
            inner = pix2pix.Step(args, torch.channels_last, **options)
            self.inputs, self.call = [inner.source, inner.target], inner.step
            if compiled:
                inner.g, inner.d = torch.compile(inner.g), torch.compile(inner.d)
        else:
            inner = pix2pix.Inference(args, torch.channels_last)
            self.inputs, self.call = [inner.source], inner.picture
            if compiled:
                inner.net = torch.compile(inner.net)
        self.host = [(torch.rand_like(x, device="cpu") * 2 - 1).pin_memory() for x in self.inputs]
        # Capture wants a stream of its own, on which everything has run before.
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(WARM_UP):
                outputs = self.call()
        torch.cuda.current_stream().wait_stream(side)
        torch.cuda.synchronize()
        if compiled:
            if args.work == "step":  # gradients must come from the graph's own memory
                inner.adam_g.zero_grad(set_to_none=True)
                inner.adam_d.zero_grad(set_to_none=True)
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                outputs = self.call()

            def replay():
                graph.replay()
                return outputs

            self.call = replay

    def run(self):
        for device, host in zip(self.inputs, self.host):
            device.copy_(host, non_blocking=True)
        outputs = self.call()
        if torch.is_tensor(outputs):
            return outputs.to("cpu")
        return [v.item() for v in outputs]

    def on_device(self):
        for device, host in zip(self.inputs, self.host):
            device.copy_(host, non_blocking=True)
        self.call()


def wall_ms(work):
    begun = time.perf_counter()
    work.run()
    return (time.perf_counter() - begun) * 1e3


def queued_ms(work):
    begun = time.perf_counter()
    for _ in range(IN_A_ROW):
        work.on_device()
    torch.cuda.synchronize()
    return (time.perf_counter() - begun) * 1e3 / IN_A_ROW


def device_ms(work):
    begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    begin.record()
    for _ in range(IN_A_ROW):
        work.on_device()
    end.record()
    end.synchronize()
    return begin.elapsed_time(end) / IN_A_ROW


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", choices=["inference", "step"], default="step")
    parser.add_argument("--mode", choices=["eager", "compiled"], default="eager")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--precision", choices=["fp32", "tf32", "bf16"], default="bf16")
    parser.add_argument("--runs", type=int, default=101)
    parser.add_argument("--check", metavar="FOLDER", help="compare losses with ours")
    # What pytorch_pix2pix.py asks its options for; compiling is done here.
    parser.set_defaults(device="cuda", compile=False)
    args = parser.parse_args()
    torch.manual_seed(1)
    tf32 = args.precision == "tf32"
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = tf32
    if args.check:
        args.precision = "fp32"
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
        print(f"largest_difference={max(pix2pix.differences(args)):.3e}")
        return
    torch.backends.cudnn.benchmark = True
    work = Work(args)
    for _ in range(WARM_UP):
        work.run()
    wall = statistics.median(wall_ms(work) for _ in range(args.runs))
    queued = statistics.median(queued_ms(work) for _ in range(args.runs))
    device = statistics.median(device_ms(work) for _ in range(args.runs))
    print(f"wall_ms={wall:.4f} queued_ms={queued:.4f} device_ms={device:.4f} runs={args.runs} "
          f"peak_mib={torch.cuda.max_memory_allocated() >> 20} version={torch.__version__}")


if __name__ == "__main__":
    main()
