// Package serve has the servers of connect-go and grpc-go, with one service that does what the schema says.
package serve

import (
	"crypto/tls"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
)

// Main serves with the library that args begin with until stdin ends, and prints where, as JSON in one line.
func Main(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("serve connect, or serve grpc")
	}
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	certificate := flags.String("certificate", "", "the certificate, a PEM `file`")
	key := flags.String("key", "", "its key, a PEM `file`")
	limit := flags.Int("limit", 0, "the largest message that is taken, in `bytes`")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	pair, err := tls.LoadX509KeyPair(*certificate, *key)
	if err != nil {
		return err
	}
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	secure, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	config := &tls.Config{Certificates: []tls.Certificate{pair}}
	failed := make(chan error, 2)
	switch library := args[0]; library {
	case "connect":
		serveConnect(plain, secure, config, *limit, failed)
	case "grpc":
		serveGRPC(plain, secure, config, *limit, failed)
	default:
		return fmt.Errorf("there is no library %q", library)
	}
	go func() {
		_, err := io.Copy(io.Discard, os.Stdin)
		failed <- err
	}()
	addresses := map[string]string{"plain": plain.Addr().String(), "tls": secure.Addr().String()}
	if err := json.NewEncoder(os.Stdout).Encode(addresses); err != nil {
		return err
	}
	return <-failed
}
