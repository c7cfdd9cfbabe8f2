# The commands for people. Each is a few scripts, which lie beside what they serve and install what they need.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run build test check bench screens clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s%s\n", $$1, $$2 }' Makefile

run: build ## serve the demonstration at http://localhost:3000
	@server/run-demo.sh

build: ## make dist/ and target/release/vestibule, which holds it
	@tools/install.sh build
	@frontend/build.sh
	cargo build --release -p vestibule

test: ## run every test: Rust on SQLite and PostgreSQL, the size of the first load, the browser
	@tools/install.sh test
	@frontend/build.sh
	@node frontend/size.mjs
	@server/tests/run.sh
	@end2end/run.sh test

check: ## run the lints: format, clippy, dependencies and their licences
	@tools/install.sh check
	@tools/check.sh

bench: ## measure speed, size and memory beside what the machine could do; writes docs/performance.md
	@server/bench/run.sh

screens: ## take the README's pictures again, and a contact sheet of all screens and states: end2end/screens/
	@tools/install.sh test
	@frontend/build.sh
	@end2end/run.sh pictures
	@end2end/run.sh screens

clean: ## delete what was built; data/ stays
	rm -rf target/* dist server/bench/empty-page/dist end2end/report end2end/screens end2end/test-results
