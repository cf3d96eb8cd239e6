{{/* The pod of a role: (dict "root" $ "role" "api" "settings" .Values.api). */}}
{{- define "aiva.pod" -}}
{{- $values := .root.Values -}}
{{- $settings := .settings -}}
{{- $isHost := and (eq .role "bridge") (eq $values.bridge.exposure "hostNetwork") -}}
metadata:
  labels:
    {{- include "aiva.labels" . | nindent 4 }}
    {{- with $settings.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    checksum/settings: {{ include "aiva.toml" .root | sha256sum }}
    {{- if not $values.secrets.existingSecret }}
    checksum/secrets: {{ toJson $values.secrets.values | sha256sum }}
    {{- end }}
    {{- if $values.metrics.annotations }}
    prometheus.io/scrape: "true"
    prometheus.io/port: {{ $values.port | quote }}
    prometheus.io/path: /metrics
    {{- end }}
    {{- with $settings.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "aiva.serviceAccount" .root }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with $values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if $isHost }}
  hostNetwork: true
  dnsPolicy: ClusterFirstWithHostNet
  {{- end }}
  terminationGracePeriodSeconds: {{ add $settings.drainSeconds $values.drainDelaySeconds 15 }}
  securityContext:
    {{- toYaml $values.podSecurityContext | nindent 4 }}
  {{- with $settings.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  topologySpreadConstraints:
    {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - maxSkew: 1
      topologyKey: {{ . }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "aiva.selector" $ | nindent 10 }}
    {{- end }}
  {{- with $settings.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $settings.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $settings.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: aiva
      image: {{ include "aiva.image" .root | quote }}
      imagePullPolicy: {{ $values.image.pullPolicy }}
      args: [serve, --role, {{ .role }}, --config, /etc/aiva/aiva.toml]
      ports:
        - name: http
          containerPort: {{ $values.port }}
        {{- if and (eq .role "bridge") $values.bridge.audiosocket.enabled }}
        - name: audiosocket
          containerPort: {{ $values.bridge.audiosocket.port }}
        {{- end }}
      env:
        {{- include "aiva.environment" . | nindent 8 }}
      envFrom:
        - secretRef:
            name: {{ include "aiva.secret" .root }}
      {{- include "aiva.probes" . | nindent 6 }}
      resources:
        {{- toYaml $settings.resources | nindent 8 }}
      securityContext:
        {{- toYaml $values.containerSecurityContext | nindent 8 }}
      volumeMounts:
        - name: settings
          mountPath: /etc/aiva
          readOnly: true
        - name: data
          mountPath: /var/lib/aiva
        - name: tmp
          mountPath: /tmp
        {{- with $values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    - name: settings
      configMap:
        name: {{ include "aiva.fullname" .root }}
    - name: data
      {{- toYaml $settings.dataVolume | nindent 6 }}
    - name: tmp
      emptyDir:
        sizeLimit: {{ $values.tmpSize }}
    {{- with $values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{- define "aiva.environment" -}}
{{- $values := .root.Values -}}
- name: AIVA_SERVER_HOST
  value: "0.0.0.0"
- name: AIVA_SERVER_PORT
  value: {{ $values.port | quote }}
- name: POD_IP
  valueFrom:
    fieldRef:
      fieldPath: status.podIP
- name: AIVA_SERVER_ADVERTISED_URL
  value: http://$(POD_IP):{{ $values.port }}
- name: AIVA_DATA_FOLDER
  value: /var/lib/aiva
- name: AIVA_LOG_FORMAT
  value: json
- name: AIVA_SERVER_DRAIN_DELAY_S
  value: {{ $values.drainDelaySeconds | quote }}
- name: AIVA_SERVER_DRAIN_TIMEOUT_S
  value: {{ .settings.drainSeconds | quote }}
{{- if eq .role "bridge" }}
- name: AIVA_RTP_HOST
  value: "0.0.0.0"
- name: AIVA_RTP_PORTS
  value: {{ $values.bridge.rtp.ports | quote }}
- name: AIVA_RTP_PUBLIC_HOST
  {{- if eq $values.bridge.exposure "hostNetwork" }}
  valueFrom:
    fieldRef:
      fieldPath: status.hostIP
  {{- else }}
  value: {{ required "bridge.rtp.publicHost is needed with exposure loadBalancer" $values.bridge.rtp.publicHost | quote }}
  {{- end }}
{{- if $values.bridge.audiosocket.enabled }}
- name: AIVA_AUDIOSOCKET_HOST
  value: "0.0.0.0"
- name: AIVA_AUDIOSOCKET_PORT
  value: {{ $values.bridge.audiosocket.port | quote }}
{{- end }}
{{- end }}
{{- range $name, $value := .settings.env }}
- name: {{ $name }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- end -}}

{{- define "aiva.probes" -}}
{{- range $kind := list "startup" "readiness" "liveness" }}
{{- $probe := index $.settings.probes $kind }}
{{ $kind }}Probe:
  httpGet:
    path: {{ $probe.path }}
    port: http
  periodSeconds: {{ $probe.periodSeconds }}
  timeoutSeconds: {{ $probe.timeoutSeconds }}
  failureThreshold: {{ $probe.failureThreshold }}
{{- end }}
{{- end -}}
