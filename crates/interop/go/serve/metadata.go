package serve

import "strings"

// metadata has its binary values as they are, and its names in lower case.
type metadata map[string][]string

// echo is what comes back, with that before the names.
func (m metadata) echo(prefix string) metadata {
	echoed := metadata{}
	for name, values := range m {
		if strings.HasPrefix(name, "x-") {
			echoed[prefix+name] = values
		}
	}
	return echoed
}

// codec is that of a content type; gRPC need not say it.
func codec(contentType string) string {
	codec := contentType[strings.LastIndexAny(contentType, "/+")+1:]
	if strings.HasPrefix(codec, "grpc") {
		return "proto"
	}
	return codec
}
