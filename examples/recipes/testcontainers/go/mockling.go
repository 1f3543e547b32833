// Package mockling starts mockling in a container.
package mockling

import (
	"context"
	"crypto/rand"

	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
)

const port = "4180/tcp"

// Container is a mockling that runs.
type Container struct {
	testcontainers.Container
	BaseURL, ControlKey string
}

// Run starts an image and waits until it answers. Settings are as in the environment: {"MOCKLING_PACE": "instant"}.
func Run(ctx context.Context, image string, settings map[string]string, more ...testcontainers.ContainerCustomizer) (*Container, error) {
	key := rand.Text()
	options := []testcontainers.ContainerCustomizer{
		testcontainers.WithExposedPorts(port),
		testcontainers.WithEnv(settings),
		testcontainers.WithEnv(map[string]string{"MOCKLING_CONTROL_KEY": key}),
		testcontainers.WithWaitStrategy(wait.ForHTTP("/health").WithPort(port)),
	}
	container, err := testcontainers.Run(ctx, image, append(options, more...)...)
	if err != nil {
		return nil, err
	}
	url, err := container.PortEndpoint(ctx, port, "http")
	if err != nil {
		return nil, err
	}
	return &Container{Container: container, BaseURL: url, ControlKey: key}, nil
}
