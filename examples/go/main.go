// pgrow-example SERVICE_ID expand|scaleDown TARGET: moves a database, and decides itself when writes are held.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
)

const (
	actor     = "example-go"
	callLimit = 10 * time.Second
	moveLimit = 15 * time.Minute
)

// Only what this program reads: a newer pgrow answers with more.
type progress struct {
	Steps []struct {
		Status string `json:"status"`
	} `json:"steps"`
	WaitingFor      *string `json:"waiting_for"`
	WaitsForMessage *string `json:"waits_for_message"`
}

type operation struct {
	Type      string   `json:"type"`
	Status    string   `json:"status"`
	FromStage *int     `json:"from_stage"`
	ToStage   *int     `json:"to_stage"`
	StallMs   *float64 `json:"stall_ms"`
}

type input map[string]any

// Temporal itself refuses a second operation on a database while one runs.
func start(ctx context.Context, c client.Client, workflow string, request input) (client.WorkflowRun, error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	return c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                                       fmt.Sprintf("pgrow/%s", request["service_id"]),
		TaskQueue:                                environment("PGROW_TASK_QUEUE", "pgrow"),
		WorkflowIDConflictPolicy:                 enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
	}, workflow, request)
}

// What does not fit is refused before anything is touched, with a code that stays.
func askForTheImpossible(ctx context.Context, c client.Client, serviceID string) error {
	run, err := start(ctx, c, "switchover", input{"service_id": serviceID, "target_node": "postgres-99", "actor": actor})
	if err != nil {
		return err
	}
	var refusal *temporal.ApplicationError
	if err := run.Get(ctx, nil); !errors.As(err, &refusal) {
		return fmt.Errorf("a switchover to a node that does not exist was not refused: %w", err)
	}
	fmt.Printf("refused: %s: %s\n", refusal.Type(), refusal.Message())
	return nil
}

// Until it ends. While no worker answers there is no progress to see, and the operation waits for one.
func follow(ctx context.Context, c client.Client, run client.WorkflowRun) error {
	shown := ""
	for {
		description, err := c.DescribeWorkflowExecution(ctx, run.GetID(), run.GetRunID())
		if err != nil {
			return err
		}
		if description.GetWorkflowExecutionInfo().GetStatus() != enums.WORKFLOW_EXECUTION_STATUS_RUNNING {
			return nil
		}
		if seen, ok := read(ctx, c, run); ok {
			if line := seen.String(); line != shown {
				fmt.Println(line)
				shown = line
				// The new side is ready and follows the old one. A real service would wait here for a quiet moment.
				if seen.WaitsForMessage != nil && *seen.WaitsForMessage == "cutover" {
					if err := c.SignalWorkflow(ctx, run.GetID(), run.GetRunID(), "cutover", input{"actor": actor}); err != nil {
						return err
					}
					fmt.Println("cut over: signalled")
				}
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

func read(ctx context.Context, c client.Client, run client.WorkflowRun) (seen progress, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	answer, err := c.QueryWorkflow(ctx, run.GetID(), run.GetRunID(), "progress")
	return seen, err == nil && answer.Get(&seen) == nil
}

func (p progress) String() string {
	done, waiting := 0, ""
	for _, step := range p.Steps {
		if step.Status == "done" {
			done++
		}
	}
	if p.WaitingFor != nil {
		waiting = *p.WaitingFor
	}
	return fmt.Sprintf("%d of %d %s", done, len(p.Steps), waiting)
}

func move(serviceID, workflow, target string) error {
	ctx, cancel := context.WithTimeout(context.Background(), moveLimit)
	defer cancel()
	c, err := client.DialContext(ctx, client.Options{
		HostPort:  environment("TEMPORAL_ADDRESS", "127.0.0.1:7233"),
		Namespace: environment("TEMPORAL_NAMESPACE", "default"),
	})
	if err != nil {
		return err
	}
	defer c.Close()
	if err := askForTheImpossible(ctx, c, serviceID); err != nil {
		return err
	}
	request := input{"service_id": serviceID, "target": target, "actor": actor,
		"options": input{"cutover": "on_signal", "cutover_deadline": 600}}
	if workflow == "scaleDown" {
		request["grace_period"], request["confirm"] = 0, true
	}
	run, err := start(ctx, c, workflow, request)
	var running *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &running) {
		return errors.New("refused: operation_running")
	}
	if err != nil {
		return err
	}
	fmt.Println("started", run.GetRunID())
	if err := follow(ctx, c, run); err != nil {
		return err
	}
	var done operation
	if err := run.Get(ctx, &done); err != nil {
		// Refused with a code, or ended as rolled_back, aborted or needs_operator with the document as details.
		var failure *temporal.ApplicationError
		if errors.As(err, &failure) {
			return fmt.Errorf("%s: %s", failure.Type(), failure.Message())
		}
		return err
	}
	fmt.Printf("%s: %s from stage %d to %d, writes held for %v ms\n",
		done.Status, done.Type, value(done.FromStage), value(done.ToStage), value(done.StallMs))
	return nil
}

func value[T any](pointer *T) (result T) {
	if pointer != nil {
		result = *pointer
	}
	return result
}

func environment(name, otherwise string) string {
	if set := os.Getenv(name); set != "" {
		return set
	}
	return otherwise
}

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: pgrow-example SERVICE_ID expand|scaleDown TARGET")
	}
	if err := move(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		log.Fatal(err)
	}
}
