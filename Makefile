# The checks of deltatick. `make test` is all of them, and installs what they need.

SHELL := /bin/bash
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
FUZZTIME ?= 20s
FUZZTOTAL ?= 30
PKG ?= ./...
NPM := npm --prefix client-js --loglevel=error
GO_FILES := find . -name node_modules -prune -o -name '*.go' -print0
export PATH := $(CURDIR)/.tools/node_modules/.bin:$(PATH)

# One step after the other, also under make -j: the machine is the tests' own.
.NOTPARALLEL:
.PHONY: help test setup machine fmt fmt-check vet lint arrows bundle step bundle-check js browser fuzz-check race fuzz bench

help: ## Say what there is
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

# Quick steps first; race last, so that the verdict on the Go tests closes the output.
test: setup fmt-check vet lint arrows bundle-check js browser fuzz-check race ## Run every check

setup: machine client-js/node_modules/.package-lock.json ## Install what the checks need, or say what is missing

machine:
	@echo '== setup'
	@.ci/setup

# npm writes this file when it is done installing.
client-js/node_modules/.package-lock.json: client-js/package.json client-js/package-lock.json
	$(NPM) ci --no-fund --no-audit
	@touch $@

fmt: ## Format the Go and JavaScript code
	$(GO_FILES) | xargs -0 gofmt -w
	cd client-js && npx biome check --write .

fmt-check: ## Fail if Go code is not formatted (lint checks JavaScript)
	@echo '== fmt-check'
	@files=$$($(GO_FILES) | xargs -0 gofmt -l) && test -z "$$files" || { echo "not formatted, run make fmt:" $$files; exit 1; }

vet: ## Run go vet
	@echo '== vet'
	go vet ./...
	cd client-js/build && go vet ./...

lint: ## Run staticcheck on the Go code; Biome, the type check and the package's checks on the JavaScript
	@echo '== lint'
	go run $(STATICCHECK) ./...
	$(NPM) run lint
	$(NPM) run typecheck
	$(NPM) run lint:package

arrows: ## Check who imports whom, and that files are short
	@echo '== arrows'
	go test .

bundle: ## Bundle the JavaScript client into client-js/dist
	cd client-js/build && go run .

step: ## Build the arena's step for pages into client-js/page
	go generate ./games/arena/wasm

bundle-check: ## Fail if client-js/dist is not what its sources make
	@echo '== bundle-check'
	cd client-js/build && go test -count=1 ./... # what it reads is outside its module, of which the cache takes no notice

js: ## Test the JavaScript client
	@echo '== js'
	$(NPM) test

browser: ## Play a match in headless Chromium
	@echo '== browser'
	$(NPM) run test:browser

race: ## Run the Go tests, and the seeds of the fuzz tests, under the race detector
	@echo '== race'
	go test -race -timeout 8m -p 4 ./... # many wait for clocks and sockets more than they compute

fuzz-check: ## Run every fuzz target for a few seconds: FUZZTOTAL (30) is what they share
	@echo '== fuzz-check'
	@.ci/fuzz shared $(FUZZTOTAL) ./...

fuzz: ## Run every fuzz target for FUZZTIME (20s), in the packages PKG (./...)
	@.ci/fuzz each $(FUZZTIME) $(PKG)

bench: ## Run the Go benchmarks, in the packages PKG (./...)
	go test -run '^$$' -bench . -benchmem $(PKG)
