package serve

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/deltatick/deltatick/hosting"
	"github.com/deltatick/deltatick/server"
)

// closing is how long a server takes to end after its drain, at most: lobbies, connections and recordings, 5 s each, and its front door.
const closing = 17 * time.Second

// manifest is what these tests read of a Kubernetes object.
type manifest struct {
	Kind     string `yaml:"kind"`
	Metadata struct {
		Name string `yaml:"name"`
	} `yaml:"metadata"`
	Spec struct {
		Selector           map[string]any `yaml:"selector"`
		FleetName          string         `yaml:"fleetName"`
		AllocationOverflow struct {
			Labels map[string]string `yaml:"labels"`
		} `yaml:"allocationOverflow"`
		Ports []struct {
			TargetPort string `yaml:"targetPort"`
		} `yaml:"ports"`
		Policy struct {
			Counter struct {
				Key string `yaml:"key"`
			} `yaml:"counter"`
		} `yaml:"policy"`
		Selectors []struct {
			MatchLabels map[string]string `yaml:"matchLabels"`
			Counters    map[string]any    `yaml:"counters"`
		} `yaml:"selectors"`
		Counters map[string]any `yaml:"counters"`
		Template struct {
			Metadata struct {
				Labels map[string]any `yaml:"labels"`
			} `yaml:"metadata"`
			Spec podOrServer `yaml:"spec"`
		} `yaml:"template"`
	} `yaml:"spec"`
}

// podOrServer is the spec of a pod, or of a gameserver, which has a pod in it.
type podOrServer struct {
	Grace      int         `yaml:"terminationGracePeriodSeconds"`
	Containers []container `yaml:"containers"`

	Container string `yaml:"container"`
	Ports     []struct {
		ContainerPort int `yaml:"containerPort"`
	} `yaml:"ports"`
	Counters map[string]struct {
		Capacity int `yaml:"capacity"`
	} `yaml:"counters"`
	Lists map[string]struct {
		Capacity int `yaml:"capacity"`
	} `yaml:"lists"`
	Template struct {
		Spec *podOrServer `yaml:"spec"`
	} `yaml:"template"`
}

type container struct {
	Name    string   `yaml:"name"`
	Command []string `yaml:"command"` // none: the image's, which is the server
	Args    []string `yaml:"args"`
	Env     []struct {
		Name string `yaml:"name"`
	} `yaml:"env"`
	Mounts []struct {
		Path string `yaml:"mountPath"`
	} `yaml:"volumeMounts"`
	Ports []struct {
		Name          string `yaml:"name"`
		ContainerPort int    `yaml:"containerPort"`
	} `yaml:"ports"`
	Lifecycle struct {
		PreStop struct {
			Sleep struct {
				Seconds int `yaml:"seconds"`
			} `yaml:"sleep"`
		} `yaml:"preStop"`
	} `yaml:"lifecycle"`
	Startup   *probe `yaml:"startupProbe"`
	Liveness  *probe `yaml:"livenessProbe"`
	Readiness *probe `yaml:"readinessProbe"`
}

type probe struct {
	Get struct {
		Path string `yaml:"path"`
		Port string `yaml:"port"`
	} `yaml:"httpGet"`
}

func readDeploy(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "deploy", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// manifests reads the objects of a file, by kind, and by kind and name.
func manifests(t *testing.T, name string) map[string]manifest {
	t.Helper()
	objects := map[string]manifest{}
	from := yaml.NewDecoder(strings.NewReader(readDeploy(t, name)))
	for {
		var m manifest
		err := from.Decode(&m)
		if errors.Is(err, io.EOF) {
			return objects
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		objects[m.Kind+" "+m.Metadata.Name], objects[m.Kind] = m, m
	}
}

// asStarted is the config of the program that a container starts. Variables of pods, and the file of the nodes' secret, are made up.
func asStarted(t *testing.T, c container) config {
	t.Helper()
	started := program
	if len(c.Command) > 0 {
		if c.Command[0] != "/matchserver" {
			t.Fatalf("the image has no %v", c.Command)
		}
		started = matchProgram
	}
	args := slices.Clone(c.Args)
	for i := range args {
		for _, v := range c.Env {
			args[i] = strings.ReplaceAll(args[i], "$("+v.Name+")", "10.0.0.1")
		}
		if file, ok := strings.CutPrefix(args[i], "-cluster-secret-file="); ok {
			if len(c.Mounts) != 1 || path.Dir(file) != c.Mounts[0].Path {
				t.Errorf("the secret is looked for at %s, mounted is %+v", file, c.Mounts)
			}
			args[i] = "-cluster-secret-file=" + clusterSecret(t)
		}
		if strings.Contains(args[i], "$(") {
			t.Errorf("%s: there is no such variable", args[i])
		}
	}
	cfg, err := started.parse(args, noEnv, io.Discard, io.Discard)
	if err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return cfg
}

var matchProgram = Program{Name: "matchserver", Version: "test", NoLobbies: true}

func clusterSecret(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("the secret of the service\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// checkContainer holds a container against the server that it starts.
func checkContainer(t *testing.T, c container, grace int, port string, farewell time.Duration) config {
	t.Helper()
	cfg := asStarted(t, c)
	if cfg.addr != ":"+port {
		t.Errorf("the server listens on %s, the container's port is %s", cfg.addr, port)
	}
	for want, probes := range map[string][]*probe{server.PathHealth: {c.Startup, c.Liveness}, server.PathReady: {c.Readiness}} {
		for _, p := range probes {
			if p != nil && (p.Get.Path != want || p.Get.Port != port && p.Get.Port != "http") {
				t.Errorf("a probe asks %+v, want %s at %s", p.Get, want, port)
			}
		}
	}
	needed := time.Duration(c.Lifecycle.PreStop.Sleep.Seconds)*time.Second + cfg.server.DrainWait + closing + farewell
	if got := time.Duration(grace) * time.Second; got < needed || got > needed+time.Minute {
		t.Errorf("terminationGracePeriodSeconds is %v, where %v are needed and little more", got, needed)
	}
	return cfg
}

func TestTheDeploymentFitsTheServer(t *testing.T) {
	objects := manifests(t, "kubernetes/server.yaml")
	pod := objects["Deployment"].Spec.Template
	c := pod.Spec.Containers[0]
	if len(c.Ports) != 1 || c.Ports[0].Name != "http" || c.Ports[0].ContainerPort != 8080 {
		t.Errorf("ports are %+v", c.Ports)
	}
	checkContainer(t, c, pod.Spec.Grace, "8080", 0)
	if c.Startup == nil || c.Liveness == nil || c.Readiness == nil {
		t.Error("a probe is missing")
	}
	if p := objects["Service"].Spec.Ports; len(p) != 1 || p[0].TargetPort != "http" {
		t.Errorf("the service leads to %+v", p)
	}
	labels := pod.Metadata.Labels
	if !maps.Equal(objects["Service"].Spec.Selector, labels) {
		t.Errorf("the service selects %v, the pod has %v", objects["Service"].Spec.Selector, labels)
	}
	for _, kind := range []string{"Deployment", "PodDisruptionBudget"} {
		selected, _ := objects[kind].Spec.Selector["matchLabels"].(map[string]any)
		if !maps.Equal(selected, labels) {
			t.Errorf("the %s selects %v, the pod has %v", kind, selected, labels)
		}
	}
}

func TestTheFleetFitsTheServer(t *testing.T) {
	objects := manifests(t, "agones/fleet.yaml")
	fleet, scaler, allocation := objects["Fleet"], objects["FleetAutoscaler"], manifests(t, "agones/allocation.yaml")["GameServerAllocation"]
	gameserver := fleet.Spec.Template.Spec
	pod := gameserver.Template.Spec
	if len(gameserver.Ports) != 1 || gameserver.Ports[0].ContainerPort != 8080 {
		t.Errorf("ports are %+v", gameserver.Ports)
	}
	if pod.Containers[0].Name != gameserver.Container {
		t.Errorf("the container is called %s", pod.Containers[0].Name)
	}
	cfg := checkContainer(t, pod.Containers[0], pod.Grace, "8080", hosting.Farewell)
	if _, ok := cfg.host.(*hosting.Agones); !ok {
		t.Errorf("the server's host is a %T", cfg.host)
	}
	if fleet.Spec.AllocationOverflow.Labels[hosting.DrainLabel] != "true" {
		t.Errorf("overflow sets %v, the server drains at %s", fleet.Spec.AllocationOverflow.Labels, hosting.DrainLabel)
	}
	if got := gameserver.Counters["rooms"].Capacity; got != cfg.server.MaxLobbies {
		t.Errorf("the fleet counts on %d rooms, the server has %d", got, cfg.server.MaxLobbies)
	}
	if got := gameserver.Lists["players"].Capacity; got != cfg.server.MaxSessions || got > 1000 {
		t.Errorf("the fleet counts on %d players, the server has %d", got, cfg.server.MaxSessions)
	}
	if scaler.Spec.FleetName != fleet.Metadata.Name || scaler.Spec.Policy.Counter.Key != "rooms" {
		t.Errorf("the autoscaler is for %+v", scaler.Spec)
	}
	for _, s := range allocation.Spec.Selectors {
		if s.MatchLabels["agones.dev/fleet"] != fleet.Metadata.Name || s.Counters["rooms"] == nil {
			t.Errorf("the allocation selects %+v", s)
		}
	}
	if len(allocation.Spec.Selectors) != 2 || allocation.Spec.Counters["rooms"] == nil {
		t.Errorf("the allocation is %+v", allocation.Spec)
	}
}

func TestTheComposeFileFitsTheServer(t *testing.T) {
	var file struct {
		Services map[string]struct {
			Environment map[string]string `yaml:"environment"`
			Grace       string            `yaml:"stop_grace_period"`
			Build       struct {
				Dockerfile string         `yaml:"dockerfile"`
				Args       map[string]any `yaml:"args"`
			} `yaml:"build"`
		} `yaml:"services"`
		Networks map[string]struct {
			IPAM struct {
				Config []struct {
					Subnet string `yaml:"subnet"`
				} `yaml:"config"`
			} `yaml:"ipam"`
		} `yaml:"networks"`
	}
	if err := yaml.Unmarshal([]byte(readDeploy(t, "compose.yaml")), &file); err != nil {
		t.Fatal(err)
	}
	service := file.Services["server"]
	lookup := func(name string) (string, bool) {
		v, ok := service.Environment[name]
		return v, ok
	}
	cfg, err := parse(nil, lookup, io.Discard, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if grace, err := time.ParseDuration(service.Grace); err != nil || grace < cfg.server.DrainWait+closing {
		t.Errorf("stop_grace_period is %v (%v), a drain takes %v", grace, err, cfg.server.DrainWait+closing)
	}
	if got := cfg.server.TrustedProxies; len(got) != 1 || got[0].String() != file.Networks["front"].IPAM.Config[0].Subnet {
		t.Errorf("proxies are %v, the network is %+v", got, file.Networks)
	}
	if _, ok := service.Build.Args["VERSION"]; service.Build.Dockerfile != "deploy/Dockerfile" || !ok {
		t.Errorf("built by %+v", service.Build)
	}
	if !strings.Contains(readDeploy(t, "Caddyfile"), "reverse_proxy server:8080 ") {
		t.Error("Caddy does not lead to the server")
	}
}

func TestTheImageFitsTheServer(t *testing.T) {
	dockerfile := readDeploy(t, "Dockerfile")
	for _, want := range []string{
		"\nEXPOSE 8080\n", "DELTATICK_ADDR=:8080 ", "\nUSER 65532:65532\n", `CMD ["/server", "-healthcheck"]`, "\nENTRYPOINT [\"/server\"]\n", "CGO_ENABLED=0 ",
	} {
		if !strings.Contains(dockerfile, want) {
			t.Errorf("the Dockerfile lacks %q", want)
		}
	}
	module, err := os.ReadFile(filepath.Join("..", "..", "..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	_, goVersion, _ := strings.Cut(dockerfile, "ARG GO_VERSION=")
	goVersion, _, _ = strings.Cut(goVersion, "\n")
	if !strings.Contains(string(module), "\ngo "+goVersion) {
		t.Errorf("the image is built by Go %s, which is not go.mod's", goVersion)
	}
	if source, err := os.ReadFile(filepath.Join("..", "..", "server", "main.go")); err != nil || !strings.Contains(dockerfile, "-X main.version=${VERSION}") ||
		!strings.Contains(string(source), "\nvar version = ") {
		t.Errorf("the version is not set: %v", err)
	}
}

func TestEveryVariableOfTheDeployFilesIsOne(t *testing.T) {
	var help bytes.Buffer
	_ = run(t.Context(), []string{"-h"}, noEnv, &help, io.Discard)
	named := regexp.MustCompile(`DELTATICK_[A-Z_]+`)
	for _, name := range []string{
		"Dockerfile", "compose.yaml", "compose-nodes.yaml", "kubernetes/server.yaml", "kubernetes/nodes.yaml", "agones/fleet.yaml", "agones/nodes.yaml",
	} {
		for _, variable := range named.FindAllString(readDeploy(t, name), -1) {
			if !strings.Contains(help.String(), "  "+variable+"\n") {
				t.Errorf("%s: %s is no variable of the server", name, variable)
			}
		}
	}
}
