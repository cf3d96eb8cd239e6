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

{{/* What several processes cannot do without, and no value of ours could be right. */}}
{{- define "aiva.checkSecrets" -}}
{{- $values := .Values.secrets.values -}}
{{- if not (or .Values.secrets.existingSecret $values.AIVA_IDENTITY_MASTER_KEY) -}}
{{- fail "secrets.values.AIVA_IDENTITY_MASTER_KEY is missing, or a Secret in secrets.existingSecret" -}}
{{- end -}}
{{- $store := dig "objects" "store" "folder" .Values.config -}}
{{- if and (ne $store "s3") .Values.api.dataVolume.emptyDir -}}
{{- fail "config.objects.store must be s3, unless dataVolume of every role is a volume that all share" -}}
{{- end -}}
{{- $url := dig "database" "url" "" .Values.config -}}
{{- if not (or .Values.secrets.existingSecret $values.AIVA_DATABASE_URL $url) -}}
{{- fail "config.database.url is missing, or secrets.values.AIVA_DATABASE_URL" -}}
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
