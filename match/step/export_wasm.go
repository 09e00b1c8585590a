package step

import "unsafe"

//go:wasmexport step_layout
func layoutAt() unsafe.Pointer { return unsafe.Pointer(unsafe.StringData(exported.layout)) }

//go:wasmexport step_layout_size
func layoutSize() uint32 { return uint32(len(exported.layout)) }

//go:wasmexport step_cells
func cellsAt() unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(exported.shared)) }

//go:wasmexport step_run
func run(dt float64) { exported.Run(dt) }
