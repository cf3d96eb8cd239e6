{{/* aiva.toml out of .Values.config. JSON's texts, numbers and lists are TOML's, too. */}}
{{- define "aiva.toml" -}}
{{- range $section, $settings := .Values.config }}
[{{ $section }}]
{{- range $name, $value := $settings }}
{{- if not (kindIs "map" $value) }}
{{ $name }} = {{ toJson $value }}
{{- end }}
{{- end }}
{{- range $name, $value := $settings }}
{{- if kindIs "map" $value }}

[{{ $section }}.{{ $name }}]
{{- range $inner, $of := $value }}
{{ $inner }} = {{ toJson $of }}
{{- end }}
{{- end }}
{{- end }}
{{ end }}
{{- end -}}

{{/* What several processes cannot do without, and no value of ours could be right or secret. */}}
{{- define "aiva.checkSecrets" -}}
{{- if not .Values.secrets.existingSecret -}}
{{- range $name := list "AIVA_IDENTITY_MASTER_KEY" "AIVA_DATABASE_URL" -}}
{{- if not (index $.Values.secrets.values $name) -}}
{{- fail (printf "secrets.values.%s is missing: give it, or name a Secret that has it in secrets.existingSecret" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "aiva.udpPorts" -}}
{{- $ends := splitList "-" .Values.bridge.rtp.ports -}}
{{- $first := int (index $ends 0) -}}
{{- $last := int (index $ends 1) -}}
{{- if gt $first $last -}}
{{- fail "bridge.rtp.ports must be FIRST-LAST" -}}
{{- end -}}
{{- range $port := untilStep $first (add1 $last | int) 2 }}
- name: rtp-{{ $port }}
  port: {{ $port }}
  targetPort: {{ $port }}
  protocol: UDP
{{- end }}
{{- end -}}
