package serve

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/deltatick/deltatick/hosting"
	"github.com/deltatick/deltatick/server"
)

const redisOfPods = "redis://deltatick-redis:6379"

func TestTheNodesOfKubernetesFitThePrograms(t *testing.T) {
	objects := manifests(t, "kubernetes/nodes.yaml")
	for workload, matches := range map[string]int{"Deployment deltatick-lobby": 0, "StatefulSet deltatick-match": 50} {
		pod := objects[workload].Spec.Template
		c := pod.Spec.Containers[0]
		cfg := checkContainer(t, c, pod.Spec.Grace, "8080", 0)
		n := cfg.node.node
		if cfg.node.redis != redisOfPods || n.Matches != matches || n.NoLobbies != (matches > 0) || n.ID != "10.0.0.1" || n.Internal != "ws://10.0.0.1:8080" || n.URL != "" {
			t.Errorf("%s starts %+v", workload, cfg.node)
		}
		if c.Startup == nil || c.Liveness == nil || c.Readiness == nil {
			t.Errorf("%s: a probe is missing", workload)
		}
		if (c.Lifecycle.PreStop.Sleep.Seconds > 0) != (matches == 0) {
			t.Errorf("%s: waits for %d s before it drains; load balancers lead to lobby nodes", workload, c.Lifecycle.PreStop.Sleep.Seconds)
		}
		_, name, _ := strings.Cut(workload, " ")
		if service := objects["Service "+name].Spec; !maps.Equal(service.Selector, pod.Metadata.Labels) || service.Ports[0].TargetPort != "http" {
			t.Errorf("the service selects %v, the pod has %v", service.Selector, pod.Metadata.Labels)
		}
		for _, kind := range []string{workload, "PodDisruptionBudget " + name} {
			if selected, _ := objects[kind].Spec.Selector["matchLabels"].(map[string]any); !maps.Equal(selected, pod.Metadata.Labels) {
				t.Errorf("the %s selects %v, the pod has %v", kind, selected, pod.Metadata.Labels)
			}
		}
	}
	checkRedis(t, objects["Deployment deltatick-redis"].Spec.Template.Spec.Containers[0].Args)
	if ports := objects["Deployment deltatick-redis"].Spec.Template.Spec.Containers[0].Ports; len(ports) != 1 || ports[0].ContainerPort != 6379 {
		t.Errorf("Redis listens at %+v", ports)
	}
	if objects["Service deltatick-redis"].Spec.Ports[0].TargetPort != "redis" {
		t.Error("the service of Redis leads elsewhere")
	}
}

// checkRedis sees to it that Redis keeps nothing on a disk.
func checkRedis(t *testing.T, command []string) {
	t.Helper()
	if line := fmt.Sprintf("%q", command); !strings.Contains(line, `"--save" ""`) || !strings.Contains(line, `"--appendonly" "no"`) {
		t.Errorf("Redis is started by %s", line)
	}
}

func TestTheFleetOfMatchServersFitsTheProgram(t *testing.T) {
	objects := manifests(t, "agones/nodes.yaml")
	fleet, scaler := objects["Fleet"], objects["FleetAutoscaler"]
	gameserver := fleet.Spec.Template.Spec
	pod := gameserver.Template.Spec
	if pod.Containers[0].Name != gameserver.Container {
		t.Errorf("the container is called %s", pod.Containers[0].Name)
	}
	cfg := checkContainer(t, pod.Containers[0], pod.Grace, "8080", hosting.Farewell)
	if _, ok := cfg.host.(*hosting.Agones); !ok || !cfg.node.node.NoLobbies || cfg.node.redis != redisOfPods {
		t.Errorf("it is a %T with %+v", cfg.host, cfg.node)
	}
	if fleet.Spec.AllocationOverflow.Labels[hosting.DrainLabel] != "true" {
		t.Errorf("overflow sets %v, the server drains at %s", fleet.Spec.AllocationOverflow.Labels, hosting.DrainLabel)
	}
	if got := gameserver.Counters["rooms"].Capacity; got != cfg.node.node.Matches {
		t.Errorf("the fleet counts on %d matches, the server runs %d", got, cfg.node.node.Matches)
	}
	if got := gameserver.Lists["players"].Capacity; got != cfg.server.MaxSessions || got > 1000 {
		t.Errorf("the fleet counts on %d players, the server has %d", got, cfg.server.MaxSessions)
	}
	if scaler.Spec.FleetName != fleet.Metadata.Name || scaler.Spec.Policy.Counter.Key != "rooms" {
		t.Errorf("the autoscaler is for %+v", scaler.Spec)
	}
	labels := objects["Fleet"].Spec.Template.Metadata.Labels
	if match := manifests(t, "kubernetes/nodes.yaml")["StatefulSet deltatick-match"].Spec.Template.Metadata.Labels; !maps.Equal(labels, match) {
		t.Errorf("its pods are %v, those it stands for %v", labels, match)
	}
}

func TestTheComposeFileOfNodesFitsThePrograms(t *testing.T) {
	var file struct {
		Services map[string]struct {
			Environment map[string]string `yaml:"environment"`
			Entrypoint  []string          `yaml:"entrypoint"`
			Command     []string          `yaml:"command"`
			Grace       string            `yaml:"stop_grace_period"`
			Networks    []string          `yaml:"networks"`
			Health      struct {
				Test []string `yaml:"test"`
			} `yaml:"healthcheck"`
			Secrets []struct {
				Target string `yaml:"target"`
			} `yaml:"secrets"`
		} `yaml:"services"`
		Networks map[string]struct {
			IPAM struct {
				Config []struct {
					Subnet string `yaml:"subnet"`
				} `yaml:"config"`
			} `yaml:"ipam"`
		} `yaml:"networks"`
	}
	if err := yaml.Unmarshal([]byte(readDeploy(t, "compose-nodes.yaml")), &file); err != nil {
		t.Fatal(err)
	}
	var lobbies []string
	secret, nodes := clusterSecret(t), 0
	for name, service := range file.Services {
		if name == "redis" || name == "caddy" {
			continue
		}
		nodes++
		started := program
		if len(service.Entrypoint) > 0 {
			started = matchProgram
			if service.Entrypoint[0] != "/matchserver" || !slices.Equal(service.Health.Test, []string{"CMD", "/matchserver", "-healthcheck"}) {
				t.Errorf("%s starts %v, and is asked by %v", name, service.Entrypoint, service.Health.Test)
			}
		}
		cfg, err := started.parse(nil, func(v string) (string, bool) {
			if v == "DELTATICK_ADDR" {
				return ":8080", true // the image's
			}
			value, ok := service.Environment[v]
			if v == "DELTATICK_CLUSTER_SECRET_FILE" {
				if len(service.Secrets) != 1 || value != "/run/secrets/"+service.Secrets[0].Target {
					t.Errorf("%s: the secret is looked for at %s, and is at %+v", name, value, service.Secrets)
				}
				value = secret
			}
			return value, ok
		}, io.Discard, io.Discard)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		n := cfg.node.node
		if n.ID != name || n.Internal != "ws://"+name+":8080" || cfg.node.redis != "redis://redis:6379" || !slices.Contains(service.Networks, "back") {
			t.Errorf("%s is %+v", name, cfg.node)
		}
		if grace, err := time.ParseDuration(service.Grace); err != nil || grace < cfg.server.DrainWait+closing {
			t.Errorf("%s: stop_grace_period is %v (%v), a drain takes %v", name, grace, err, cfg.server.DrainWait+closing)
		}
		if started.NoLobbies {
			continue
		}
		lobbies = append(lobbies, name+":8080")
		if got := cfg.server.TrustedProxies; len(got) != 1 || got[0].String() != file.Networks["front"].IPAM.Config[0].Subnet {
			t.Errorf("%s: proxies are %v, the network is %+v", name, got, file.Networks)
		}
	}
	slices.Sort(lobbies)
	if got := file.Services["caddy"].Environment["LOBBIES"]; nodes != 4 || got != strings.Join(lobbies, " ") {
		t.Errorf("Caddy leads to %s; of %d nodes, lobbies have %v", got, nodes, lobbies)
	}
	checkRedis(t, file.Services["redis"].Command)
}

func TestCaddyBalancesNodesAndKeepsWhatIsTheirs(t *testing.T) {
	text := readDeploy(t, "Caddyfile.nodes")
	if strings.Count(text, "{$LOBBIES}") != 2 || strings.Count(text, "health_uri "+server.PathReady+" ") != 1 ||
		strings.Count(text, "health_uri "+server.PathReady) != 2 {
		t.Error("not both ways lead to the lobby nodes that are ready")
	}
	_, inside, _ := strings.Cut(text, "@inside path ")
	inside, _, _ = strings.Cut(inside, "\n")
	for _, path := range []string{server.PathMetrics, server.PathCluster} {
		if !slices.Contains(strings.Fields(inside), path) {
			t.Errorf("%s can be reached from outside", path)
		}
	}
}
