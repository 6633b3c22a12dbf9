// Interop calls the server that starts it with the clients of connect-go and grpc-go, in all the ways that they have, and prints a line for
// each check. As `interop serve` it is a server itself.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"os"
	"sync"

	"interop/serve"
)

// Each client waits more than it computes.
const clientsAtOnce = 4

func main() {
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		if err := serve.Main(os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	var server server
	flag.StringVar(&server.plain, "plain", "", "the `address` without TLS")
	flag.StringVar(&server.tls, "tls", "", "the `address` with TLS")
	flag.IntVar(&server.limit, "limit", 0, "the largest message that the server takes, in `bytes`")
	certificate := flag.String("certificate", "", "the server's certificate, a PEM `file`")
	flag.Parse()

	clients, err := server.clients(*certificate)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	var report report
	var running sync.WaitGroup
	turns := make(chan struct{}, clientsAtOnce)
	for _, client := range clients {
		turns <- struct{}{}
		running.Go(func() {
			client.runChecks(&report, &server)
			<-turns
		})
	}
	running.Wait()
	if report.failed {
		os.Exit(1)
	}
}

// server is where the clients call.
type server struct {
	plain, tls string
	limit      int
	trust      *tls.Config
}

func (s *server) clients(certificate string) ([]*client, error) {
	pem, err := os.ReadFile(certificate)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, errors.New("there is no certificate in " + certificate)
	}
	s.trust = &tls.Config{RootCAs: roots}
	fromGRPC, err := grpcClients(s)
	return append(connectClients(s), fromGRPC...), err
}
