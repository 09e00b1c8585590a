package fleet

import "syscall"

// endWithParent has the kernel end a process when this one is gone, however it goes.
func endWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
